namespace Pipeline.Policy.Acl;

/// <summary>Finds the checks that ACLs can ask for: by conditions, by variables in expansions, and through the ACLs they call.</summary>
internal sealed class AclAnalysis(AclProgram program)
{
    private static readonly (string Mark, AclChecks Checks)[] Variables =
    [
        ("spf_", AclChecks.Spf),
        ("dkim_", AclChecks.Dkim),
        ("dmarc_", AclChecks.Dmarc | AclChecks.Spf | AclChecks.Dkim),
        ("dcc_", AclChecks.Dcc),
        ("spam_", AclChecks.Spam),
        ("malware_name", AclChecks.Malware),
        ("sender_host_name", AclChecks.HostName),
        ("sender_fullhost", AclChecks.HostName),
    ];

    // What ${authresults} reports on; of ARC only what "verify = arc" has found, as do the variables.
    private const AclChecks AuthenticationResults = AclChecks.Spf | AclChecks.Dkim | AclChecks.Dmarc | AclChecks.HostName;

    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _scanUsers = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _authServIds = new(StringComparer.OrdinalIgnoreCase);
    private AclChecks _found;

    public AclDemand Run(IEnumerable<string?> options)
    {
        foreach (var option in options)
        {
            if (option is not null)
            {
                Call(option);
            }
        }

        return new AclDemand(_found, [.. _scanUsers], [.. _authServIds]);
    }

    private void Call(string acl)
    {
        Scan(acl);
        var name = acl.Trim();
        if (program.Find(name) is { } definition)
        {
            Visit(definition);
            return;
        }

        if (name.StartsWith('/'))
        {
            _found |= AclChecks.All;
            return;
        }

        if (name.Contains('$', StringComparison.Ordinal))
        {
            foreach (var any in program.Acls)
            {
                Visit(any);
            }

            return;
        }

        if (name.Any(char.IsWhiteSpace) && _visited.Add(acl))
        {
            Visit(AclParser.Parse("inline", AclParser.Lines(acl, new("inline", 0)), []));
        }
    }

    private void Visit(AclDefinition acl)
    {
        if (_visited.Add(acl.Name))
        {
            Visit(acl.Statements);
        }
    }

    private void Visit(IReadOnlyList<AclStatement> statements)
    {
        foreach (var item in statements.SelectMany(statement => statement.Items))
        {
            _found |= item.Kind.ChecksOf(item.Value.Source);
            if (item.Kind is Conditions.SpamCondition && Conditions.SpamCondition.UserOf(item.Value) is { } user)
            {
                _scanUsers.Add(user);
            }

            Scan(item.Value.Source);
            if (item.Kind is Conditions.NestedAclCondition)
            {
                CallWithArguments(item.Value.Source);
            }
        }
    }

    private void CallWithArguments(string value)
    {
        var end = value.AsSpan().IndexOfAny(' ', '\t', '\n');
        var name = end < 0 ? value : value[..end];
        Call(program.Find(name) is not null ? name : value);
    }

    private void Scan(string source)
    {
        if (!source.Contains('$', StringComparison.Ordinal))
        {
            return;
        }

        foreach (var (mark, checks) in Variables)
        {
            if (source.Contains('$' + mark, StringComparison.Ordinal) || source.Contains("${" + mark, StringComparison.Ordinal)
                || source.Contains("def:" + mark, StringComparison.Ordinal))
            {
                _found |= checks;
            }
        }

        if (source.Contains("authresults", StringComparison.Ordinal))
        {
            _found |= AuthenticationResults;
            ScanAuthorities(source);
        }

        ScanCalls(source);
    }

    private void ScanAuthorities(string source)
    {
        const string Item = "${authresults";
        var rest = source.AsSpan();
        for (var at = rest.IndexOf(Item); at >= 0; at = rest.IndexOf(Item))
        {
            rest = rest[(at + Item.Length)..];
            var argument = rest.TrimStart();
            var end = argument.IndexOf('}');
            if (argument is ['{', ..] && end > 0 && argument[1..end].Trim() is { IsEmpty: false } id && !id.ContainsAny('$', '\\', '{'))
            {
                _authServIds.Add(id.ToString());
            }
        }
    }

    // ${acl{name}…} and acl{{name}…}: the name may itself be an expansion, and then any ACL may be meant.
    private void ScanCalls(string source)
    {
        var rest = source.AsSpan();
        for (var at = rest.IndexOf("acl"); at >= 0; at = rest.IndexOf("acl"))
        {
            rest = rest[(at + 3)..];
            var argument = rest.TrimStart();
            if (argument.IsEmpty || argument[0] != '{')
            {
                continue;
            }

            argument = argument.TrimStart("{ \t\n");
            var end = argument.IndexOfAny('}', '{', '$');
            var name = (end < 0 ? argument : argument[..end]).Trim().ToString();
            Call(end >= 0 && argument[end] != '}' ? "$" : name);
        }
    }
}
