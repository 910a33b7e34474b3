using System.Text;
using System.Text.Unicode;

using Henge.Cluster.Messages;

namespace Henge.Cluster.Members.Reports;

/// <summary>A report while its fields come in, in any order, known or not.</summary>
internal sealed class ReportDraft
{
    private UInt128? _id;
    private ulong? _boot;
    private string _address = "";
    private string _name = "";
    private string _zone = "";
    private uint _weight = 1;
    private uint _incarnation;
    private byte _state;
    private byte _phase;
    private byte _minWire = 1;
    private byte _maxWire = 1;
    private long _ageMs;
    private byte _deaths;
    private List<Accuser> _accusers = [];

    /// <summary>Takes a field; false when its value makes no sense.</summary>
    public bool Take(ReportField field, ref MessageReader value)
    {
        switch (field)
        {
            case ReportField.Id:
                _id = value.UInt128();
                break;
            case ReportField.Boot:
                _boot = value.UInt64();
                break;
            case ReportField.Address:
                return TakeText(ref value, ReportCodec.MaxAddressBytes, out _address);
            case ReportField.Name:
                return TakeText(ref value, ReportCodec.MaxNameBytes, out _name);
            case ReportField.Zone:
                return TakeText(ref value, ReportCodec.MaxNameBytes, out _zone);
            case ReportField.Weight:
                _weight = value.UInt32();
                break;
            case ReportField.Incarnation:
                _incarnation = value.UInt32();
                break;
            case ReportField.State:
                _state = value.Byte();
                break;
            case ReportField.Phase:
                _phase = value.Byte();
                break;
            case ReportField.Wire:
                _minWire = value.Byte();
                _maxWire = value.Byte();
                break;
            case ReportField.Age:
                _ageMs = value.Int64();
                break;
            case ReportField.Deaths:
                _deaths = value.Byte();
                break;
            case ReportField.Accusers:
                TakeAccusers(ref value);
                break;
            default:
                // A newer node says more.
                break;
        }
        return !value.Failed;
    }

    /// <summary>The report; null when something is missing or out of range.</summary>
    public MemberReport? Finish()
    {
        if (_id is not { } id || _boot is not { } boot || _address.Length == 0 || _weight > ReportCodec.MaxWeight
            || _incarnation > ReportCodec.MaxIncarnation || _state > (byte)MemberState.Left
            || _phase > (byte)MemberPhase.Leaving || _ageMs is < 0 or > ReportCodec.MaxAgeMs)
        {
            return null;
        }
        var record = new Member
        {
            Id = new MemberId(id),
            Boot = new BootId(boot),
            Address = _address,
            Name = _name,
            Zone = _zone,
            Weight = (int)_weight,
            Incarnation = _incarnation,
            State = (MemberState)_state,
            Phase = (MemberPhase)_phase,
            MinWire = _minWire,
            MaxWire = _maxWire,
        };
        return new MemberReport(record) { AgeMs = _ageMs, Deaths = _deaths, Accusers = _accusers };
    }

    private static bool TakeText(ref MessageReader value, int limit, out string text)
    {
        text = value.Left <= limit && Utf8.IsValid(value.Rest) ? Encoding.UTF8.GetString(value.Rest) : "";
        return text.Length > 0 && ReportCodec.IsText(text, limit);
    }

    private void TakeAccusers(ref MessageReader value)
    {
        _accusers = [];
        while (value.Left > 0 && _accusers.Count < Accuser.Most)
        {
            _accusers.Add(new Accuser(new MemberId(value.UInt128()), value.Byte() != 0));
        }
    }
}
