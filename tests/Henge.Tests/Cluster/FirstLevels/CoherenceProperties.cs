using Henge.Cluster.FirstLevels;

using Xunit;

namespace Henge.Tests.Cluster.FirstLevels;

/// <summary>Whatever is lost or late: what a first level serves was the owner's value within the bound.</summary>
public class CoherenceProperties
{
    private const int Keys = 6;

    [Fact]
    public void Nothing_older_than_the_bound_is_served()
    {
        int served = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            served += Run(seed);
        }
        Assert.True(served > 10_000, $"only {served} reads were served, so little was shown");
    }

    private static int Run(int seed)
    {
        var random = new Random(seed);
        using var pair = new Pair();
        (Process owner, Process reader) = (pair.Owner, pair.Reader);
        // When each value of a key was replaced.
        var replaced = new Dictionary<(string, int), long>();
        var pending = new List<(string Key, Stamp Begun, ulong Generation, int Value)>();
        int next = 0;
        int served = 0;
        for (int step = 0; step < 2000; step++)
        {
            string key = $"k{random.Next(Keys)}";
            switch (random.Next(16))
            {
                case 0:
                    replaced[(key, owner.Values.GetValueOrDefault(key))] = owner.NowMs;
                    owner.Set(key, ++next);
                    break;
                case 1 or 2:
                    Stamp begun = reader.Coherence.Reader.Begin(Process.Key(key), reader.NowMs);
                    ulong generation = owner.Coherence.Teller.Track(reader.Id, Process.Key(key));
                    pending.Add((key, begun, generation, owner.Values.GetValueOrDefault(key)));
                    break;
                case 3 or 4 when pending.Count > 0:
                    int which = random.Next(pending.Count);
                    reader.Keep(pending[which].Key, owner, pending[which].Begun, pending[which].Generation,
                        pending[which].Value);
                    pending.RemoveAt(which);
                    break;
                case 5 or 6:
                    pair.Pass(random.Next(100));
                    break;
                case 7:
                    owner.Coherence.Tick(owner.Now);
                    break;
                case 8:
                    reader.Coherence.Tick(reader.Now);
                    break;
                case 9 or 10:
                    Pair.Deliver(owner, reader, loses: random.Next(20) == 0);
                    break;
                case 11 or 12:
                    Pair.Deliver(reader, owner, loses: random.Next(20) == 0);
                    break;
                case 13 when random.Next(30) == 0:
                    Disturb(random, owner, reader);
                    break;
                default:
                    if (reader.Kept(key) is { } value)
                    {
                        served++;
                        Assert.False(
                            replaced.TryGetValue((key, value), out long when) && reader.NowMs - when > Process.BoundMs,
                            $"seed {seed}, step {step}: {key} = {value} was replaced {reader.NowMs - when} ms ago");
                    }
                    break;
            }
        }
        return served;
    }

    private static void Disturb(Random random, Process owner, Process reader)
    {
        switch (random.Next(5))
        {
            case 0:
                owner.Coherence.LinkDown(reader.Id);
                owner.Outbox.Clear();
                owner.Coherence.LinkUp(reader.Id);
                break;
            case 1:
                reader.Coherence.LinkDown(owner.Id);
                reader.Coherence.LinkUp(owner.Id);
                break;
            case 2:
                owner.Coherence.LanesFollowed();
                break;
            case 3:
                reader.Coherence.ViewChanged();
                break;
            default:
                owner.TakesMessages = !owner.TakesMessages;
                break;
        }
    }
}
