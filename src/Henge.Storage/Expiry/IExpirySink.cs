namespace Henge.Storage.Expiry;

/// <summary>Takes entries whose deadline has passed from the wheel.</summary>
internal interface IExpirySink
{
    /// <summary>Deletes an entry that the wheel has already let go.</summary>
    void Expire(uint handle);
}
