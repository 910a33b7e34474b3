using System.Text;

namespace Henge.Diagnostics;

/// <summary>One section of INFO.</summary>
/// <param name="Name">As its head shows it.</param>
/// <param name="IsDefault">Whether INFO without arguments shows it.</param>
/// <param name="Write">Appends its lines; the last argument is unix milliseconds.</param>
internal sealed record ReportSection(string Name, bool IsDefault, Action<StringBuilder, HengeNode, long> Write);
