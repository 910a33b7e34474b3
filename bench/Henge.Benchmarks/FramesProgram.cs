using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

using Henge.Protocol.Peers;

namespace Henge.Benchmarks;

/// <summary>
/// Nanoseconds to seal a frame between nodes, and to open it, as it is done with a secret and without one. Alternating
/// rounds, medians. Run: <c>-- frames</c>.
/// </summary>
internal static class FramesProgram
{
    private const int Rounds = 7;
    private const int BytesOfRound = 32 << 20;
    private const int MostFrames = 100_000;

    public static void Run(string[] args)
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        foreach (int size in new[] { 100, 1 << 10, 16 << 10 })
        {
            byte[] body = RandomNumberGenerator.GetBytes(size);
            var times = new Dictionary<string, List<double>>();
            for (int round = 0; round < Rounds; round++)
            {
                Seals(times, "GMAC (a secret)", FrameCheck.Gmac, key, body);
                Seals(times, "HMAC-SHA256 (a secret, wire 1)", FrameCheck.Hmac, key, body);
                Seals(times, "CRC32C (no secret)", FrameCheck.Checksum, [], body);
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size:N0} bytes"));
            foreach ((string name, List<double> all) in times)
            {
                all.Sort();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {name,-34} {all[all.Count / 2],8:F0} ns"));
            }
        }
    }

    private static void Seals(
        Dictionary<string, List<double>> times, string name, FrameCheck kind, byte[] key, byte[] body)
    {
        using var sealing = new FrameSeal(LinkSide.Dialler, kind, key);
        using var opening = new FrameSeal(LinkSide.Dialler, kind, key);
        int frames = FramesOf(body);
        byte[] checks = new byte[frames * sealing.Bytes];
        Time(times, name + ", seal", frames, i => sealing.Write(body, Check(checks, sealing.Bytes, i)));
        Time(times, name + ", open", frames, i =>
        {
            if (!opening.Verify(body, Check(checks, opening.Bytes, i)))
            {
                throw new UnreachableException("Every frame fits.");
            }
        });
    }

    private static int FramesOf(byte[] body) => Math.Min(MostFrames, BytesOfRound / body.Length);

    private static Span<byte> Check(byte[] checks, int bytes, int frame) => checks.AsSpan(frame * bytes, bytes);

    private static void Time(Dictionary<string, List<double>> times, string name, int frames, Action<int> once)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < frames; i++)
        {
            once(i);
        }
        if (!times.TryGetValue(name, out List<double>? list))
        {
            times[name] = list = [];
        }
        list.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / frames);
    }
}
