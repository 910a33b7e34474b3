using Henge.Cluster;

namespace Henge.Simulator.Network;

/// <summary>What a stream carries: a message, or (without bytes) the word that the connection is closed.</summary>
internal readonly record struct Parcel(byte[]? Bytes, DownReason Reason, long DueUs);
