namespace Pipeline.Policy.Configuration;

/// <summary>How far something that the configuration language has is done in this program.</summary>
public enum SupportLevel
{
    /// <summary>It does what the language says.</summary>
    Done = 0,

    /// <summary>It is read, and there is nothing here that it could change.</summary>
    WithoutEffect = 1,

    /// <summary>It is read and left out of account; mail is handled correctly without it, if not in the way that was asked for.</summary>
    NotDone = 2,

    /// <summary>It is read, and a message that comes to it waits or is refused for now, with a reason.</summary>
    RefusedWhenReached = 3,

    /// <summary>A configuration that asks for it does not load: leaving it out would weaken security or deliver mail wrongly.</summary>
    Refused = 4,
}
