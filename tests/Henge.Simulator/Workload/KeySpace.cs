using System.Globalization;
using System.Text;

using Henge.Cluster;

namespace Henge.Simulator.Workload;

/// <summary>
/// The keys of a run: first the counters, then plain keys, then groups that share a tag and so a slot. A key's name
/// ends with its index.
/// </summary>
internal sealed class KeySpace
{
    private const int Digits = 5;
    private const int GroupSize = 4;
    private readonly byte[][] _names;
    private readonly Slot[] _slots;

    public KeySpace(int counters, int plain, int groups)
    {
        Counters = counters;
        FirstOfGroups = counters + plain;
        Groups = groups;
        int count = FirstOfGroups + (groups * GroupSize);
        _names = [.. Enumerable.Range(0, count).Select(NameOf)];
        _slots = [.. _names.Select(static n => Slot.Of(n))];
    }

    public int Count => _names.Length;

    /// <summary>Keys 0 up to this hold numbers.</summary>
    public int Counters { get; }

    /// <summary>Keys from here on belong to groups.</summary>
    public int FirstOfGroups { get; }

    public int Groups { get; }

    public byte[] Name(int key) => _names[key];

    public Slot SlotOf(int key) => _slots[key];

    /// <summary>The keys of a group.</summary>
    public int[] Group(int group) => [.. Enumerable.Range(FirstOfGroups + (group * GroupSize), GroupSize)];

    /// <summary>The index of a key.</summary>
    public static int IndexOf(ReadOnlySpan<byte> name) =>
        int.Parse(name[^Digits..], NumberStyles.None, CultureInfo.InvariantCulture);

    private byte[] NameOf(int index)
    {
        string number = index.ToString("d" + Digits, CultureInfo.InvariantCulture);
        return Encoding.ASCII.GetBytes(index < Counters ? "n" + number
            : index < FirstOfGroups ? "k" + number
            : $"{{g{(index - FirstOfGroups) / GroupSize}}}{number}");
    }
}
