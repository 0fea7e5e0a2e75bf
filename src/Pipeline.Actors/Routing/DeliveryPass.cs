namespace Pipeline.Actors.Routing;

/// <summary>On whose account a recipient is looked at: what an operator has put off is put off for some passes only.</summary>
public enum DeliveryPass
{
    /// <summary>It has just arrived, and nothing has been tried for it yet: <c>queue_domains</c> and its kin say whether anything is.</summary>
    First = 0,

    /// <summary>Its time has come, or a queue run.</summary>
    Later = 1,

    /// <summary>Somebody wants it now: <c>hold_domains</c> does not hold it.</summary>
    Forced = 2,
}
