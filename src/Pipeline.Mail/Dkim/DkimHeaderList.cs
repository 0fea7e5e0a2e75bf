using System.Collections.Immutable;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dkim;

/// <summary>Which header fields a signer covers: <c>dkim_sign_headers</c>, a list of names that may begin with = or +.</summary>
/// <remarks>
/// <c>Name</c> is listed once for each mention, present or not; <c>=Name</c> once for each instance present; <c>+Name</c> once more than present,
/// so that adding an instance breaks the signature. From is always listed, in DKIM once more than present.
/// </remarks>
public sealed class DkimHeaderList
{
    private readonly ImmutableArray<Entry> _entries;

    private DkimHeaderList(ImmutableArray<Entry> entries) => _entries = entries;

    /// <summary>The list of RFC 4871 section 5.5 that Exim signs by default.</summary>
    public static DkimHeaderList Default { get; } = Create(
        "From", "Sender", "Reply-To", "Subject", "Date", "Message-ID", "To", "Cc", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
        "Content-ID", "Content-Description", "Resent-Date", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Message-ID",
        "In-Reply-To", "References", "List-Id", "List-Help", "List-Unsubscribe", "List-Subscribe", "List-Post", "List-Owner", "List-Archive");

    private enum Mode
    {
        Once,
        Present,
        Over,
    }

    /// <param name="names">Names with their prefixes.</param>
    /// <exception cref="ArgumentException">A name is not a field name.</exception>
    public static DkimHeaderList Create(params ReadOnlySpan<string> names) =>
        TryCreate(names, out var list, out var problem) ? list : throw new ArgumentException(problem, nameof(names));

    public static bool TryCreate(ReadOnlySpan<string> names, out DkimHeaderList list, out string problem)
    {
        var entries = ImmutableArray.CreateBuilder<Entry>(names.Length);
        list = new DkimHeaderList([]);
        foreach (var text in names)
        {
            var mode = text switch { ['=', ..] => Mode.Present, ['+', ..] => Mode.Over, _ => Mode.Once };
            var name = mode == Mode.Once ? text : text[1..];
            if (name.Length == 0 || !name.All(c => c is > ' ' and <= '~' and not (':' or ';')))
            {
                problem = $"\"{text}\" is not the name of a header field";
                return false;
            }

            entries.Add(new Entry(name, name.ToLowerInvariant(), mode));
        }

        list = new DkimHeaderList(entries.ToImmutable());
        problem = "";
        return true;
    }

    /// <summary>h= for a message: names in the order in which they are hashed.</summary>
    /// <param name="oversignFrom">List From once more than present; else as often as it is present.</param>
    internal ImmutableArray<string> NamesFor(HeaderBlock header, bool oversignFrom = true)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        var listed = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in _entries)
        {
            var present = header.IndexesOf(entry.LowerName).Length;
            var already = listed.GetValueOrDefault(entry.LowerName);
            var wanted = entry.Mode switch
            {
                Mode.Once => already + 1,
                Mode.Present => Math.Max(already, present),
                _ => Math.Max(already, present + 1),
            };
            Add(names, entry.Name, wanted - already);
            listed[entry.LowerName] = wanted;
        }

        Add(names, "From", header.IndexesOf("from").Length + (oversignFrom ? 1 : 0) - listed.GetValueOrDefault("from"));
        return names.ToImmutable();
    }

    private static void Add(ImmutableArray<string>.Builder names, string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            names.Add(name);
        }
    }

    private sealed record Entry(string Name, string LowerName, Mode Mode);
}
