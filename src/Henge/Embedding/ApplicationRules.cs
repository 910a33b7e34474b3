using System.Text;

namespace Henge.Embedding;

/// <summary>Which of the options that are for applications alone can be.</summary>
internal static class ApplicationRules
{
    private const long MaxFirstLevelBytes = 1L << 40;
    private const int MaxKeyPrefixBytes = 1024;

    /// <summary>Checks them.</summary>
    /// <returns>Null, or one line that says what is wrong and how to mend it.</returns>
    public static string? Validate(HengeOptions options)
    {
        if (options.Expiration <= TimeSpan.Zero)
        {
            return $"expiration {options.Expiration} is out of range: give more than 0";
        }
        if (options.RingTimeout <= TimeSpan.Zero || options.RingTimeout > TimeSpan.FromSeconds(5))
        {
            return $"ring-timeout {options.RingTimeout} is out of range: give more than 0, up to 5 s";
        }
        if (options.FirstLevelBytes is < 0 or > MaxFirstLevelBytes)
        {
            return $"first-level-bytes {options.FirstLevelBytes} is out of range: give 0 for none, or up to 1tb";
        }
        if (Encoding.UTF8.GetByteCount(options.KeyPrefix) > MaxKeyPrefixBytes)
        {
            return $"the key prefix is longer than {MaxKeyPrefixBytes} bytes of UTF-8";
        }
        if (options.StartTimeout < TimeSpan.Zero || options.StartTimeout > TimeSpan.FromHours(1))
        {
            return $"start-timeout {options.StartTimeout} is out of range: give 0 to an hour";
        }
        return null;
    }
}
