using Henge.Protocol;

namespace Henge.Routing.Parts;

/// <summary>Makes the one reply of the replies of all parts, each of which was done and is no error.</summary>
internal delegate void Assembler(Gathering parts, RespWriter reply);
