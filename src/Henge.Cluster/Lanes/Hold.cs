namespace Henge.Cluster.Lanes;

/// <summary>
/// Replies that wait for the writes before them to be replicated. A session that carried commands out directly passes
/// one to <see cref="Lane.Commit"/>.
/// </summary>
internal abstract class Hold
{
    /// <summary>
    /// The replies may go (Done), or must be replaced by an error (Unknown). Called once, on the lane's thread.
    /// </summary>
    public abstract void Release(Outcome outcome);
}
