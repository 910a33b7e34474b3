using System.Net;

using Henge.Commands.Connection;
using Henge.Peers;
using Henge.Protocol;
using Henge.Security;
using Henge.Sessions.Pending;

namespace Henge.Sessions;

/// <summary>
/// A login whose password only a slow hash can tell: it is checked away from the loop, and its reply, behind which the
/// session's commands wait, comes from there back to the lane's thread.
/// </summary>
/// <param name="session">Who logs in.</param>
/// <param name="lane">The lane of its thread.</param>
/// <param name="name">Who it says it is.</param>
/// <param name="password">What it shows for that.</param>
/// <param name="address">From where.</param>
/// <param name="welcome">Writes the reply when it is let in.</param>
internal sealed class PendingLogin(
    RespSession session, RingLane lane, byte[] name, byte[] password, IPAddress address,
    Action<RespSession, RespWriter> welcome)
{
    /// <summary>Whether nothing is replied (CLIENT REPLY OFF or SKIP).</summary>
    public bool IsSilent { get; set; }

    /// <summary>Begins; the place gets the reply.</summary>
    public void Start(ReplyPlace place)
    {
        session.Login = null;
        place.IsSilent = IsSilent;
        // Not awaited: the place is what waits for it, also when the session has gone.
        _ = CheckAsync(place);
    }

    private async Task CheckAsync(ReplyPlace place)
    {
        AuthenticationResult result;
        User? user = null;
        try
        {
            (result, user) = await session.Node.Authenticator.CheckSlowlyAsync(name, password, address)
                .ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.LoginFailed(session.Node.Logger, exception);
            result = AuthenticationResult.Busy;
        }
        lane.Post(_ => Finish(place, result, user));
    }

    private void Finish(ReplyPlace place, AuthenticationResult result, User? user)
    {
        var reply = new RespWriter { Version = session.Version };
        if (user is not null && !session.Node.Authenticator.IsCurrent(user))
        {
            // It was taken away in the meantime.
            result = AuthenticationResult.Wrong;
        }
        AuthenticationCommands.Conclude(session, reply, result, user, welcome);
        place.Append(reply.Written);
        place.Complete();
    }
}
