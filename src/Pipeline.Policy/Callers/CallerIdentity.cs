using System.Globalization;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Lookups;

namespace Pipeline.Policy.Callers;

/// <summary>Finds out who a caller is: name and real name from the accounts of this machine, or by the options for those who have no account.</summary>
public static class CallerIdentity
{
    /// <returns>Null, with the problem in Exim's words, for a caller without an account when <c>unknown_login</c> is not set.</returns>
    public static ValueTask<(Caller? Caller, string Problem)> FindAsync(EvaluationScope scope, CallerCredentials credentials, CancellationToken cancellationToken) =>
        FindAsync(scope, credentials, PasswordFile.DefaultPath, cancellationToken);

    /// <summary>The name of the account, for journals and logs; without one its number.</summary>
    public static string NameOf(CallerCredentials credentials) => Login(PasswordFile.Read(PasswordFile.DefaultPath).Accounts, credentials)?.Name
        ?? string.Create(CultureInfo.InvariantCulture, $"uid {credentials.UserId}");

    internal static async ValueTask<(Caller? Caller, string Problem)> FindAsync(
        EvaluationScope scope, CallerCredentials credentials, string passwordFile, CancellationToken cancellationToken)
    {
        var options = scope.Environment.Policy.MainOptions;
        var trusted = CallerRights.IsTrusted(options, credentials, scope.Environment.ProcessUser);
        var (accounts, _) = await PasswordFile.ReadAsync(passwordFile, cancellationToken);
        if (Login(accounts, credentials) is { } account)
        {
            return (new Caller(credentials, account.Name, await RealNameAsync(scope, account, cancellationToken), trusted), "");
        }

        if (await ExpandAsync(options.UnknownLogin, scope, cancellationToken) is not { Length: > 0 } login)
        {
            return (null, string.Create(CultureInfo.InvariantCulture, $"Failed to get user name for uid {credentials.UserId}"));
        }

        return (new Caller(credentials, login, await ExpandAsync(options.UnknownUsername, scope, cancellationToken) ?? "", trusted), "");
    }

    private static PasswordEntry? Login(Dictionary<string, PasswordEntry>? accounts, CallerCredentials credentials)
    {
        var id = credentials.UserId.ToString(CultureInfo.InvariantCulture);
        return accounts?.Values.FirstOrDefault(account => account.UserId == id);
    }

    /// <summary>The comment of the account, or what <c>gecos_name</c> makes of it where <c>gecos_pattern</c> fits; <c>&amp;</c> stands for the login with a capital.</summary>
    private static async ValueTask<string> RealNameAsync(EvaluationScope scope, PasswordEntry account, CancellationToken cancellationToken)
    {
        var options = scope.Environment.Policy.MainOptions;
        var name = account.Comment.Replace(
            "&", account.Name.Length == 0 ? "" : char.ToUpperInvariant(account.Name[0]) + account.Name[1..], StringComparison.Ordinal);
        if (options.GecosPattern is not { } pattern
            || options.GecosName is not { } gecos
            || !PatternCache.TryGet(pattern, caseless: false, out var compiled, out _)
            || !compiled.TryMatch(name, out var match, out _)
            || match is null)
        {
            return name;
        }

        return await ExpandAsync(gecos, WithParts(scope, match, Taint.None), cancellationToken) ?? name;
    }

    /// <summary>A scope in which the parts of a match are $0, $1 and so on, and which leaves nothing behind in the other.</summary>
    internal static EvaluationScope WithParts(EvaluationScope scope, string[] match, Taint taint)
    {
        var inner = new EvaluationScope { Environment = scope.Environment, Connection = scope.Connection, Message = scope.Message, Address = scope.Address };
        inner.Transient.Numeric = new NumericValues(match, taint);
        return inner;
    }

    private static async ValueTask<string?> ExpandAsync(ExpandableString? text, EvaluationScope scope, CancellationToken cancellationToken) =>
        text is not null && await text.ExpandAsync(scope, cancellationToken) is { IsSuccess: true } expanded ? expanded.Value : null;
}
