using Microsoft.Extensions.Options;

namespace Henge.Embedding;

/// <summary>Checks the options when the host starts.</summary>
internal sealed class OptionsCheck : IValidateOptions<HengeOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, HengeOptions options) =>
        options.Validate() is { } wrong ? ValidateOptionsResult.Fail(wrong) : ValidateOptionsResult.Success;
}
