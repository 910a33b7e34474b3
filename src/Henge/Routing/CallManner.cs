using Henge.Protocol;

namespace Henge.Routing;

/// <summary>What the owner must know of the client whose command it carries out.</summary>
/// <param name="Version">The dialect of the reply.</param>
/// <param name="LeavesRecencyAlone">CLIENT NO-TOUCH.</param>
internal readonly record struct CallManner(RespVersion Version, bool LeavesRecencyAlone);
