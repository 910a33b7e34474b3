using Microsoft.Extensions.Options;

namespace Henge.Embedding;

/// <summary>What is not set has other defaults in an application: it needs memory of its own.</summary>
internal sealed class ApplicationDefaults : IPostConfigureOptions<HengeOptions>
{
    private const int MemoryParts = 4;

    /// <inheritdoc/>
    public void PostConfigure(string? name, HengeOptions options)
    {
        if (!options.IsMemoryGiven)
        {
            options.Memory = HengeOptions.ShareOfMachine(MemoryParts);
        }
    }
}
