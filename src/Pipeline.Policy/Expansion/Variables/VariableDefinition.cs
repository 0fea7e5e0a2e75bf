namespace Pipeline.Policy.Expansion.Variables;

/// <summary>A variable: its name, once, and how it is read.</summary>
internal sealed class VariableDefinition
{
    private readonly Func<EvaluationScope, ExpandedText>? _read;
    private readonly Func<ExpansionContext, ValueTask<ExpansionResult>>? _readAsync;

    /// <summary>A variable that is at hand, and which this program or the operator has set.</summary>
    public VariableDefinition(string name, Func<EvaluationScope, string?> read)
        : this(name, scope => (ExpandedText)read(scope))
    {
    }

    /// <summary>A variable that is at hand, with the mark of its value.</summary>
    public VariableDefinition(string name, Func<EvaluationScope, ExpandedText> read)
    {
        Name = name;
        _read = read;
    }

    /// <summary>A variable that may have to wait for the outside world.</summary>
    public VariableDefinition(string name, Func<ExpansionContext, ValueTask<ExpansionResult>> readAsync)
    {
        Name = name;
        _readAsync = readAsync;
    }

    public string Name { get; }

    /// <summary>Something can give it a value.</summary>
    public bool IsAvailable { get; init; } = true;

    /// <summary>A variable that is at hand, and whose value is what a peer says.</summary>
    public static VariableDefinition FromPeer(string name, Func<EvaluationScope, string?> read) => new(name, scope => ExpandedText.FromPeer(read(scope)));

    public ValueTask<ExpansionResult> ReadAsync(ExpansionContext context) =>
        _read is not null ? new(ExpansionResult.Success(_read(context.Scope))) : _readAsync!(context);
}
