using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Transports;

/// <summary>Expands the options of one transport for one delivery and remembers the first that could not be expanded.</summary>
internal sealed class OptionExpansion(string transport, EvaluationScope scope, CancellationToken cancellationToken)
{
    public EvaluationScope Scope { get; } = scope;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Why there is no delivery now, or at all; null while nothing has failed.</summary>
    public TransportExpansion? Failure { get; private set; }

    /// <returns>The value; null when not set, when its expansion was failed by force, and when it failed.</returns>
    public async ValueTask<string?> TextAsync(string option, ExpandableString? text) => (await ExpandAsync(option, text))?.Value;

    /// <summary>The path of a file or a directory, which a peer must not choose.</summary>
    /// <returns>As <see cref="TextAsync"/>.</returns>
    public ValueTask<string?> PathAsync(string option, ExpandableString? path) =>
        GuardedAsync(option, path, value => $"Tainted '{value}' (file or directory name for {transport} transport) not permitted");

    /// <summary>A list of hosts, which a peer must not choose.</summary>
    /// <returns>As <see cref="TextAsync"/>.</returns>
    public ValueTask<string?> HostsAsync(string option, ExpandableString? hosts) =>
        GuardedAsync(option, hosts, value => $"attempt to use tainted host list '{value}' from '{hosts!.Source}' in transport {transport}");

    private async ValueTask<string?> GuardedAsync(string option, ExpandableString? text, Func<string, string> complain)
    {
        if (await ExpandAsync(option, text) is not { } value)
        {
            return null;
        }

        if (value.Text.Taint != Taint.None
            && complain(value.Value) is var complaint
            && Scope.Environment.Tainting.Refuses(Scope, value.Text.Taint, text!.Source, complaint))
        {
            Fail(complaint, needsAttention: true);
            return null;
        }

        return value.Value;
    }

    private async ValueTask<ExpansionResult?> ExpandAsync(string option, ExpandableString? text)
    {
        if (text is null)
        {
            return null;
        }

        if (text.Constant is { } constant)
        {
            return ExpansionResult.Success(constant);
        }

        var value = await text.ExpandAsync(Scope, CancellationToken);
        if (value.Outcome is ExpansionOutcome.Failed or ExpansionOutcome.Deferred)
        {
            Fail($"failed to expand \"{text.Source}\" ({option} in {transport} transport): {value.Message}", value.Outcome == ExpansionOutcome.Failed);
        }

        return value.IsSuccess ? value : null;
    }

    public async ValueTask<bool> BoolAsync(string option, ExpandableString text, bool unset)
    {
        var value = await TextAsync(option, text);
        switch (value?.Trim().ToLowerInvariant())
        {
            case null:
                return unset;
            case "true" or "yes" or "1":
                return true;
            case "" or "false" or "no" or "0":
                return false;
            default:
                Fail($"\"{value}\" is not a valid value for the \"{option}\" option of {transport} transport", needsAttention: true);
                return unset;
        }
    }

    public async ValueTask<long> IntegerAsync(string option, ExpandableString? text, long unset)
    {
        if (await TextAsync(option, text) is not { } value || value.Trim().Length == 0)
        {
            return unset;
        }

        if (IntegerText.TryParse(value, out var number, out var error))
        {
            return number;
        }

        Fail($"{error} ({option} in {transport} transport)", needsAttention: true);
        return unset;
    }

    /// <summary>Delivery has to wait.</summary>
    public void Fail(string message, bool needsAttention) => Failure ??= new TransportExpansion.Deferred(message, needsAttention);

    /// <summary>Delivery fails for good.</summary>
    public void Refuse(string message) => Failure ??= new TransportExpansion.Failed(message);
}
