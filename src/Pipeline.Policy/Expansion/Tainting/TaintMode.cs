namespace Pipeline.Policy.Expansion;

/// <summary>What becomes of text from peers where it would name a file, a program or anything else that only the operator should choose (main option <c>tainted_data</c>).</summary>
public enum TaintMode
{
    /// <summary>It is used, as Exim did before 4.94.</summary>
    Off = 0,

    /// <summary>It is used, and the log says so.</summary>
    Warn = 1,

    /// <summary>It is not used, as Exim does since 4.94.</summary>
    Refuse = 2,
}
