using Pipeline.Connectors.Files;
using Pipeline.Policy.Lookups;
using Pipeline.Policy.Lookups.Ldap;

namespace Pipeline.Connectors.Lookups.Ldap;

/// <summary>What is made of an answer.</summary>
internal enum LdapLookupKind
{
    /// <summary><c>ldap</c>: one entry.</summary>
    One = 0,

    /// <summary><c>ldapm</c>: entries are lines.</summary>
    Many = 1,

    /// <summary><c>ldapdn</c>: the name of one entry.</summary>
    Name = 2,

    /// <summary><c>ldapauth</c>: whether a server takes name and password; nothing is searched.</summary>
    Credentials = 3,
}

/// <summary>Asks LDAP servers with the system's libldap. Servers are asked in turn while one is away; the name of the last entry becomes <c>$ldap_dn</c>.</summary>
internal sealed class LdapLookup(string typeName, LdapLookupKind kind) : ILookupBackend
{
    private const string Missing = "libldap cannot be loaded: install it (Debian's package libldap-2.5-0)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>For all types together, and only when one is used. libldap blocks its caller.</summary>
    private static readonly Lazy<BlockingIoPool> Pool = new(static () => new BlockingIoPool(threads: 8));

    public string TypeName => typeName;

    public string? WhyUnusable => LibLdap.IsThere ? null : Missing;

    public async ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken)
    {
        if (WhyUnusable is { } why)
        {
            return LookupResult.Failed(why);
        }

        if (question.FileOrQuery.AsSpan().Trim().IsEmpty)
        {
            return LookupResult.NotFound;
        }

        if (LdapQuery.Parse(question.FileOrQuery, out var problem) is not { } query)
        {
            return LookupResult.Deferred(problem);
        }

        if (kind == LdapLookupKind.Credentials && (query.User is null || query.Password is null))
        {
            return LookupResult.Deferred("ldapauth lookups must specify the username and password");
        }

        var settings = new LdapSettings(query, question.Scope.Environment.Policy.MainOptions, query.NetworkTimeout ?? Patience);
        var (result, name) = await Pool.Value.RunAsync(() => Ask(settings), cancellationToken);
        if (name is not null)
        {
            question.Scope.Message.ConditionVariables["ldap_dn"] = name;
        }

        return result;
    }

    private (LookupResult Result, string? Name) Ask(LdapSettings settings)
    {
        var failure = default(LdapFailure);
        foreach (var (uri, server) in LdapServers.Of(settings.Query, settings.Options.LdapDefaultServers))
        {
            (var result, var name, failure) = Ask(uri, server, settings);
            if (failure.Problem is null)
            {
                return (result, name);
            }

            if (!failure.IsServerAway)
            {
                break;
            }
        }

        return (LookupResult.Deferred(failure.Problem ?? ""), null);
    }

    private (LookupResult Result, string? Name, LdapFailure Failure) Ask(string uri, string server, LdapSettings settings)
    {
        // To a server an empty password is nobody's, and it would say yes.
        if (kind == LdapLookupKind.Credentials && settings.Query.Password is "")
        {
            return (LookupResult.NotFound, null, default);
        }

        var (session, failure) = LdapSession.Open(uri, server, settings);
        using (session)
        {
            if (session is null)
            {
                return (default, null, failure);
            }

            failure = session.Bind(settings.Query.User ?? "", settings.Query.Password ?? "");
            if (kind == LdapLookupKind.Credentials)
            {
                return failure switch
                {
                    { Error: LibLdap.InvalidCredentials } => (LookupResult.NotFound, null, default),
                    _ => (LookupResult.Found(""), null, failure),
                };
            }

            return failure.Problem is null && session.Search(settings.Query) is var (entries, refused) ? Result(entries, refused, settings.Query) : (default, null, failure);
        }
    }

    private (LookupResult Result, string? Name, LdapFailure Failure) Result(IReadOnlyList<LdapEntry>? entries, LdapFailure failure, LdapQuery query)
    {
        if (entries is null)
        {
            return (default, null, failure);
        }

        if (kind != LdapLookupKind.Many && entries.Count > 1)
        {
            return (LookupResult.Deferred($"LDAP search: more than one entry ({entries.Count}) was returned (filter not specific enough?)"), null, default);
        }

        var isBare = query.Url.Attributes.Length == 1;
        var texts = entries.Select(entry => kind == LdapLookupKind.Name ? entry.Name : entry.ToText(isBare)).SkipWhile(text => text.Length == 0);
        var text = string.Join('\n', texts);
        var result = text.Length == 0 ? LookupResult.NotFound
            : text.Length > SqlRows.MaxLength ? LookupResult.Deferred($"the query finds more than {SqlRows.MaxLength} octets")
            : LookupResult.Found(text);
        return (result, entries.Count == 0 ? null : entries[^1].Name, default);
    }
}
