using System.Collections.Frozen;
using System.Collections.Immutable;
using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Acl;

/// <summary>All ACLs of a configuration, parsed and immutable.</summary>
public sealed class AclProgram
{
    private readonly FrozenDictionary<string, AclDefinition> _acls;

    private AclProgram(IEnumerable<AclDefinition> acls) =>
        _acls = acls.ToFrozenDictionary(acl => acl.Name, StringComparer.Ordinal);

    public static AclProgram Empty { get; } = new([]);

    public ImmutableArray<AclDefinition> Acls => _acls.Values;

    public AclDefinition? Find(string name) => _acls.GetValueOrDefault(name);

    /// <summary>Parses the lines behind <c>begin acl</c>. Every mistake is added to <paramref name="problems"/>; what could be read is in the result.</summary>
    public static AclProgram Parse(IReadOnlyList<LogicalLine> section, ICollection<ConfigurationProblem> problems)
    {
        var acls = new Dictionary<string, AclDefinition>(StringComparer.Ordinal);
        var position = 0;
        while (position < section.Count)
        {
            var head = section[position];
            if (NameOf(head.Text) is not { } name)
            {
                problems.Add(new ConfigurationProblem($"error in ACL: an ACL name was expected, but found \"{head.Text}\"", head.Location, "write the name and a colon alone on a line"));
                position++;
                continue;
            }

            var first = ++position;
            while (position < section.Count && NameOf(section[position].Text) is null)
            {
                position++;
            }

            var body = new ArraySegment<LogicalLine>([.. section.Skip(first).Take(position - first)]);
            var statements = AclParser.Parse(name, body, problems);
            if (!acls.TryAdd(name, new AclDefinition(name, statements, head.Location)))
            {
                problems.Add(new ConfigurationProblem($"there are two ACLs called \"{name}\"", head.Location));
            }
        }

        return new AclProgram(acls.Values);
    }

    /// <summary>The checks that the ACLs behind these options can ask for, so that a receiver starts those early and no others.</summary>
    /// <param name="options">Values of <c>acl_smtp_…</c> options as written; one whose name depends on variables counts as every ACL.</param>
    public AclDemand Analyse(IEnumerable<string?> options) => new AclAnalysis(this).Run(options);

    private static string? NameOf(string line)
    {
        if (line[^1] != ':')
        {
            return null;
        }

        var name = line.AsSpan(0, line.Length - 1).TrimEnd();
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))
            {
                return null;
            }
        }

        return name.IsEmpty ? null : name.ToString();
    }
}
