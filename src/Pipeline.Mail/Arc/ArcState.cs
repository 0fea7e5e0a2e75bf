namespace Pipeline.Mail.Arc;

/// <summary>What is known of a chain (RFC 8617 section 4.4). The first three are the values of cv=; the numbers are stored.</summary>
public enum ArcState
{
    /// <summary>The message has no ARC sets.</summary>
    None = 0,

    Pass = 1,

    /// <summary>For good: a chain that has failed once stays failed.</summary>
    Fail = 2,

    /// <summary>Something was not available now. RFC 8617 has no word for that; to seal it as a failure would break the chain for all that follow.</summary>
    TempError = 3,
}

public static class ArcStateWords
{
    /// <summary>none, pass, fail or temperror.</summary>
    public static string Word(this ArcState state) => state switch
    {
        ArcState.None => "none",
        ArcState.Pass => "pass",
        ArcState.Fail => "fail",
        _ => "temperror",
    };
}
