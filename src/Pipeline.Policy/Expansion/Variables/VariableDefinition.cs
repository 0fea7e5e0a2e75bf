using System.Security.Cryptography.X509Certificates;

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

    /// <summary>Reads the certificate itself, of a variable that stands for one; null for every other.</summary>
    public Func<EvaluationScope, X509Certificate2?>? Certificate { get; private init; }

    /// <summary>Something can give it a value.</summary>
    public bool IsAvailable { get; init; } = true;

    /// <summary>A variable that is at hand, and whose value is what a peer says.</summary>
    public static VariableDefinition FromPeer(string name, Func<EvaluationScope, string?> read) => new(name, scope => ExpandedText.FromPeer(read(scope)));

    /// <summary>A variable that stands for a certificate. As text it only says whether there is one: <c>certextract</c> and the digests read the certificate.</summary>
    public static VariableDefinition OfCertificate(string name, Func<EvaluationScope, X509Certificate2?> read) =>
        new(name, scope => read(scope) is null ? "" : "<cert>") { Certificate = read };

    public ValueTask<ExpansionResult> ReadAsync(ExpansionContext context) =>
        _read is not null ? new(ExpansionResult.Success(_read(context.Scope))) : _readAsync!(context);
}
