using System.Text;
using System.Text.Json;

namespace Henge.Tests.AspNetCore;

/// <summary>A reply that was read to its end.</summary>
internal sealed record HttpReply(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The problem's stable word.</summary>
    public string Code
    {
        get
        {
            Xunit.Assert.Equal("application/problem+json", Header("Content-Type"));
            Xunit.Assert.Equal(Status, Json.GetProperty("status").GetInt32());
            return Json.GetProperty("code").GetString()!;
        }
    }

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
