namespace Henge.Cluster.Members.Reports;

/// <summary>Fields of a member report. Append only: the numbers are sent.</summary>
internal enum ReportField : byte
{
    /// <summary>16 bytes.</summary>
    Id = 1,

    /// <summary>u64.</summary>
    Boot = 2,

    /// <summary>UTF-8.</summary>
    Address = 3,

    /// <summary>UTF-8.</summary>
    Name = 4,

    /// <summary>UTF-8.</summary>
    Zone = 5,

    /// <summary>u32.</summary>
    Weight = 6,

    /// <summary>u32.</summary>
    Incarnation = 7,

    /// <summary>u8.</summary>
    State = 8,

    /// <summary>u8.</summary>
    Phase = 9,

    /// <summary>u8 least, u8 highest.</summary>
    Wire = 10,

    /// <summary>u64 milliseconds.</summary>
    Age = 11,

    /// <summary>u8.</summary>
    Deaths = 12,

    /// <summary>16 bytes and u8 for each.</summary>
    Accusers = 13,
}
