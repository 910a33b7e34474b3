using System.Text;

using Henge.Protocol;
using Henge.Protocol.Requests;

using Xunit;

namespace Henge.Tests.Protocol.Requests;

public sealed class KeyGlanceTests
{
    [Theory]
    [InlineData("*2\r\n$3\r\nGET\r\n$5\r\nhello\r\n", "hello")]
    [InlineData("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000001\r\n$1\r\nx\r\n", "key:000000000001")]
    [InlineData("*2\r\n$6\r\nEXISTS\r\n$0\r\n\r\n", "")]
    public void Key_of_a_short_command_is_found(string input, string key)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(input);
        Assert.True(KeyGlance.TryFind(bytes, out ByteRange range));
        Assert.Equal(key, Encoding.ASCII.GetString(bytes, range.Start, range.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET hello and some more words\r\n")]
    [InlineData("*2\r\n$3\r\nGET\r\n$50\r\nhello")]
    [InlineData("*12\r\n$4\r\nMSET\r\n$1\r\na\r\n$1\r\nb\r\n")]
    public void Anything_else_gives_no_hint(string input)
    {
        Assert.False(KeyGlance.TryFind(Encoding.ASCII.GetBytes(input), out _));
    }

    [Fact]
    public void Any_bytes_stay_within_bounds()
    {
        var random = new Random(20261122);
        byte[] shape = Encoding.ASCII.GetBytes("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000001\r\n");
        for (int round = 0; round < 200_000; round++)
        {
            byte[] bytes = shape[..random.Next(shape.Length + 1)];
            for (int flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            if (KeyGlance.TryFind(bytes, out ByteRange range))
            {
                Assert.InRange(range.Start + range.Length, range.Start, bytes.Length);
            }
        }
    }
}
