namespace Pipeline.Policy.Configuration;

/// <summary>How the value of an option is written.</summary>
public enum OptionType
{
    /// <summary>Text, in double quotes or to the end of the line.</summary>
    String = 0,

    /// <summary>Text with <c>$</c> references, expanded each time it is used.</summary>
    Expanded = 1,

    /// <summary><c>name</c>, <c>no_name</c>, <c>not_name</c>, <c>name = true|yes|false|no</c>.</summary>
    Bool = 2,

    /// <summary>As <see cref="Bool"/>, or text that expands to a truth value.</summary>
    ExpandedBool = 3,

    /// <summary>A whole number, decimal, octal behind 0 or hexadecimal behind 0x, with a suffix K, M, G or T.</summary>
    Integer = 4,

    /// <summary>A whole number in octal (file modes).</summary>
    Octal = 5,

    /// <summary>A number with at most three decimals.</summary>
    Fixed = 6,

    /// <summary>A time interval such as <c>1h30m</c>.</summary>
    Time = 7,

    /// <summary>Increasing time intervals between colons.</summary>
    TimeList = 8,
}
