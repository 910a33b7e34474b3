using System.Numerics;

using Henge.Protocol;

using Xunit;

namespace Henge.Tests.Protocol;

public sealed class Crc32CTests
{
    [Fact]
    public void The_checksum_is_that_of_the_standard() =>
        Assert.Equal(0xE3069283u, ~Crc32C.Append(Crc32C.Start, "123456789"u8));

    [Fact]
    public void Thirty_two_zero_bytes_sum_up_as_RFC_3720_says() =>
        Assert.Equal(0x8A9136AAu, ~Crc32C.Append(Crc32C.Start, new byte[32]));

    [Fact]
    public void Lanes_side_by_side_give_what_byte_after_byte_does()
    {
        var random = new Random(7);
        byte[] bytes = new byte[5000];
        random.NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length += random.Next(1, 40))
        {
            int start = random.Next(bytes.Length - length + 1);
            uint expected = Crc32C.Start;
            foreach (byte b in bytes.AsSpan(start, length))
            {
                expected = BitOperations.Crc32C(expected, b);
            }

            Assert.Equal(expected, Crc32C.Append(Crc32C.Start, bytes.AsSpan(start, length)));
        }
    }

    [Fact]
    public void A_sum_goes_on_where_it_was()
    {
        byte[] bytes = new byte[4000];
        new Random(8).NextBytes(bytes);
        uint whole = Crc32C.Append(Crc32C.Start, bytes);

        Assert.Equal(whole, Crc32C.Append(Crc32C.Append(Crc32C.Start, bytes.AsSpan(0, 901)), bytes.AsSpan(901)));
    }
}
