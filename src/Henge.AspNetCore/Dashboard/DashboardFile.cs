namespace Henge.AspNetCore.Dashboard;

/// <summary>A file of the page.</summary>
/// <param name="Bytes">What it holds.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="EntityTag">A hash of it, in quotes: a strong tag.</param>
internal sealed record DashboardFile(byte[] Bytes, string ContentType, string EntityTag);
