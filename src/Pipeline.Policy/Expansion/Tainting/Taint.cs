namespace Pipeline.Policy.Expansion;

/// <summary>Whether somebody outside has had a hand in a text, and how far it was made safe for a query.</summary>
public enum Taint : byte
{
    /// <summary>The configuration, a file or a database of the operator, or this program wrote it.</summary>
    None = 0,

    /// <summary>Some of it came with a message or over a connection.</summary>
    Tainted = 1,

    QuotedForMysql = 2,
    QuotedForPgsql = 3,
    QuotedForSqlite = 4,
    QuotedForLdap = 5,
    QuotedForRedis = 6,
    QuotedForNisPlus = 7,
    QuotedForOracle = 8,
    QuotedForIbase = 9,
}

/// <summary>How marks go from texts to the texts that are made of them.</summary>
internal static class Taints
{
    /// <summary>The mark of a text that is made of two others. What is quoted in two ways is quoted in none.</summary>
    public static Taint With(this Taint one, Taint other) =>
        one == other || other == Taint.None ? one : one == Taint.None ? other : Taint.Tainted;

    /// <summary>The mark of what an item or an operator made of a text: nothing was done to make it safe.</summary>
    public static Taint Unquoted(this Taint mark) => mark == Taint.None ? Taint.None : Taint.Tainted;
}
