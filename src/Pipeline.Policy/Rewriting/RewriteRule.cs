using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lists;

namespace Pipeline.Policy.Rewriting;

/// <summary>What happens when a rule has matched, besides the rewriting itself.</summary>
[Flags]
internal enum RewriteControls
{
    None = 0,

    /// <summary><c>Q</c>: the result may be without a domain, and gets <c>qualify_recipient</c>.</summary>
    Qualify = 1 << 0,

    /// <summary><c>q</c>: no rule behind this one is looked at, even when its replacement fails by force.</summary>
    Quit = 1 << 1,

    /// <summary><c>R</c>: the rule is applied to its own result again.</summary>
    Repeat = 1 << 2,

    /// <summary><c>w</c>: in a header the whole mailbox is replaced, with its phrase and comments.</summary>
    Whole = 1 << 3,
}

/// <summary>A line of the rewrite section or an item of <c>headers_rewrite</c>: <c>pattern  replacement  flags</c>.</summary>
/// <param name="Number">From 1, as the log counts.</param>
/// <param name="Pattern">An address list of one item.</param>
/// <param name="Replacement">Null for <c>*</c>: what matches is left as it is.</param>
public sealed record RewriteRule
{
    private RewriteRule(int number, MailList pattern, ExpandableString? replacement, RewritePlaces places, RewriteControls controls, SourceLocation? location)
    {
        (Number, Pattern, Replacement, Places, Controls, Location) = (number, pattern, replacement, places, controls, location);
    }

    public int Number { get; }

    public RewritePlaces Places { get; }

    /// <summary>Null when the configuration was not made of a file.</summary>
    public SourceLocation? Location { get; }

    internal MailList Pattern { get; }

    internal ExpandableString? Replacement { get; }

    internal RewriteControls Controls { get; }

    internal bool Has(RewriteControls control) => (Controls & control) != 0;

    /// <returns>Null with a problem added when it is no rule.</returns>
    internal static RewriteRule? Parse(string text, int number, SourceLocation? location, ICollection<ConfigurationProblem> problems)
    {
        var words = new WordReader(text);
        words.TryRead(out var pattern);
        if (!words.TryRead(out var replacement))
        {
            return Refuse("missing rewrite replacement string");
        }

        var places = RewritePlaces.None;
        var controls = RewriteControls.None;
        foreach (var flag in words.Rest)
        {
            if (flag is ' ' or '\t')
            {
                continue;
            }

            var (place, control) = Flag(flag);
            if (place == RewritePlaces.None && control == RewriteControls.None)
            {
                return Refuse($"unknown rewrite flag character '{flag}' (could be missing quotes round replacement item)");
            }

            places |= place;
            controls |= control;
        }

        if ((places & RewritePlaces.Smtp) != 0 && !pattern.StartsWith('^') && !pattern.StartsWith("\\N^", StringComparison.Ordinal))
        {
            return Refuse("rewrite rule has the S flag but is not a regular expression");
        }

        // One item, whatever separators it holds: a line end cannot occur in it.
        return new RewriteRule(
            number,
            MailList.Compile(ListKind.Address, $"<\n {pattern}"),
            replacement == "*" ? null : StringExpansion.Compile(replacement),
            places == RewritePlaces.None ? RewritePlaces.All : places,
            controls,
            location);

        RewriteRule? Refuse(string message)
        {
            problems.Add(new ConfigurationProblem(message, location));
            return null;
        }
    }

    private static (RewritePlaces Place, RewriteControls Control) Flag(char flag) => flag switch
    {
        'E' => (RewritePlaces.Envelope, default),
        'F' => (RewritePlaces.EnvelopeFrom, default),
        'T' => (RewritePlaces.EnvelopeTo, default),
        'b' => (RewritePlaces.Bcc, default),
        'c' => (RewritePlaces.Cc, default),
        'f' => (RewritePlaces.From, default),
        'h' => (RewritePlaces.Headers, default),
        'r' => (RewritePlaces.ReplyTo, default),
        's' => (RewritePlaces.Sender, default),
        't' => (RewritePlaces.To, default),
        'S' => (RewritePlaces.Smtp, default),
        'Q' => (default, RewriteControls.Qualify),
        'q' => (default, RewriteControls.Quit),
        'R' => (default, RewriteControls.Repeat),
        'w' => (default, RewriteControls.Whole),
        _ => default,
    };
}
