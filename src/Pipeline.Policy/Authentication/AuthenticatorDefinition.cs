using System.Collections.Immutable;
using Pipeline.Policy.Configuration;
using Pipeline.Policy.Expansion;
using Pipeline.Policy.Expansion.Conditions;

namespace Pipeline.Policy.Authentication;

/// <summary>An authenticator of the configuration, its options read but not expanded. Immutable.</summary>
/// <remarks>Source: Exim specification, "SMTP authentication" and the chapters of the drivers.</remarks>
public abstract class AuthenticatorDefinition
{
    private readonly ExpandableString? _advertiseCondition;
    private readonly ExpandableString? _setId;
    private readonly ExpandableString? _mailAuthCondition;
    private readonly ExpandableString? _clientCondition;
    private readonly ExpandableString? _clientSetId;

    private protected AuthenticatorDefinition(DriverOptions options)
    {
        Name = options.Name;
        Driver = options.Driver;
        Location = options.Block.Location;
        PublicName = options.GetString("public_name", options.Name);
        ServerCondition = options.GetExpandable("server_condition");
        _advertiseCondition = options.GetExpandable("server_advertise_condition");
        _setId = options.GetExpandable("server_set_id");
        _mailAuthCondition = options.GetExpandable("server_mail_auth_condition");
        _clientCondition = options.GetExpandable("client_condition");
        _clientSetId = options.GetExpandable("client_set_id");
        if (PublicName.Length == 0 || PublicName.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            options.Report($"the public name of authenticator {Name} must be printable characters without blanks, but is \"{PublicName}\"", "public_name");
        }
    }

    /// <summary>$sender_host_authenticated, and the name in the log.</summary>
    public string Name { get; }

    public string Driver { get; }

    /// <summary>The mechanism as it is offered in EHLO and named by AUTH; without regard to case.</summary>
    public string PublicName { get; }

    public SourceLocation Location { get; }

    /// <summary>Clients can authenticate by it with AUTH.</summary>
    public abstract bool IsServer { get; }

    /// <summary>The smtp transport can authenticate by it.</summary>
    public abstract bool IsClient { get; }

    internal ExpandableString? ServerCondition { get; }

    public static bool IsSameMechanism(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the blocks of the authenticators section, in their order. What is wrong is added to <paramref name="problems"/>.</summary>
    public static ImmutableArray<AuthenticatorDefinition> Compile(IReadOnlyList<DriverBlock> blocks, ICollection<ConfigurationProblem> problems)
    {
        var authenticators = ImmutableArray.CreateBuilder<AuthenticatorDefinition>(blocks.Count);
        foreach (var block in blocks)
        {
            if (AuthenticatorDriverRegistry.Create(DriverOptions.OfAuthenticator(block, problems)) is not { } authenticator)
            {
                continue;
            }

            if (authenticator.IsServer && authenticators.FirstOrDefault(other => other.IsServer && IsSameMechanism(other.PublicName, authenticator.PublicName)) is { } first)
            {
                problems.Add(new ConfigurationProblem(
                    $"two server authenticators ({first.Name} and {authenticator.Name}) have the same public name ({authenticator.PublicName})", block.Location));
            }

            authenticators.Add(authenticator);
        }

        return authenticators.DrainToImmutable();
    }

    /// <summary>server_advertise_condition: whether this client may see it. What cannot be decided is not offered, and the log says so.</summary>
    public async ValueTask<bool> IsAdvertisedAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (!IsServer || _advertiseCondition is not { } condition)
        {
            return IsServer;
        }

        var result = await condition.ExpandAsync(scope, cancellationToken);
        if (result.Outcome == ExpansionOutcome.Failed)
        {
            scope.Environment.Log.Write(
                PolicyLogTarget.Main | PolicyLogTarget.Panic, $"{Name} authenticator: failed to expand \"{condition.Source}\": {result.Message}");
        }

        return result.IsSuccess && BooleanConditions.IsTrueLax(result.Value);
    }

    /// <summary>server_mail_auth_condition: whether the parameter AUTH= of a client that authenticated by this is kept.</summary>
    public async ValueTask<bool> KeepsMailAuthAsync(EvaluationScope scope, CancellationToken cancellationToken) =>
        _mailAuthCondition is not { } condition || await IsTrueAsync(condition, scope, cancellationToken);

    internal abstract ServerExchange BeginServer(EvaluationScope scope);

    internal abstract ClientExchange BeginClient(EvaluationScope scope);

    /// <summary>The texts that a client sends, as far as they are known before the server has said anything; for comparing, never for showing.</summary>
    internal abstract ImmutableArray<ExpandableString> ClientTexts { get; }

    /// <summary>client_condition.</summary>
    internal async ValueTask<bool> IsForPeerAsync(EvaluationScope scope, CancellationToken cancellationToken) =>
        _clientCondition is not { } condition || await IsTrueAsync(condition, scope, cancellationToken);

    /// <summary>server_set_id; empty when it is not set or cannot be expanded.</summary>
    internal ValueTask<string> ServerIdAsync(EvaluationScope scope, CancellationToken cancellationToken) => TextAsync(_setId, scope, cancellationToken);

    /// <summary>client_set_id; empty when it is not set or cannot be expanded.</summary>
    internal ValueTask<string> ClientIdAsync(EvaluationScope scope, CancellationToken cancellationToken) => TextAsync(_clientSetId, scope, cancellationToken);

    private static async ValueTask<bool> IsTrueAsync(ExpandableString condition, EvaluationScope scope, CancellationToken cancellationToken)
    {
        var result = await condition.ExpandAsync(scope, cancellationToken);
        return result.IsSuccess && BooleanConditions.IsTrueLax(result.Value);
    }

    private static async ValueTask<string> TextAsync(ExpandableString? text, EvaluationScope scope, CancellationToken cancellationToken) =>
        text is null ? "" : (await text.ExpandAsync(scope, cancellationToken)).Value;
}
