using System.Security.Cryptography.X509Certificates;

namespace Pipeline.Policy.Expansion.Operators;

/// <summary>What an operator is given.</summary>
/// <param name="Name">As written, with what stands behind the underscore.</param>
/// <param name="Suffix">What stands behind the underscore, or null.</param>
/// <param name="Subject">The expanded argument.</param>
/// <param name="Taint">Where that comes from.</param>
internal readonly record struct OperatorCall(string Name, string? Suffix, string Subject, Taint Taint);

/// <summary>An operator, <c>${name:text}</c>: its name, once, and what it does.</summary>
internal sealed record OperatorDefinition(string Name, Func<ExpansionContext, OperatorCall, ValueTask<ExpansionResult>> Apply)
{
    /// <summary>It says itself where its result comes from (a number or a digest is its own work); otherwise the result comes from where the argument does.</summary>
    public bool SetsMark { get; init; }

    /// <summary>What it makes of a certificate, in hexadecimal, when its argument is nothing but a variable for one; null when it takes that as text.</summary>
    public Func<X509Certificate2, string>? Fingerprint { get; init; }

    /// <summary>An operator that maps text to text and cannot fail.</summary>
    public static OperatorDefinition Of(string name, Func<string, string> map) =>
        new(name, (_, call) => new(ExpansionResult.Success(map(call.Subject))));

    public static OperatorDefinition Of(string name, Func<OperatorCall, ExpansionResult> apply) =>
        new(name, (_, call) => new(apply(call)));
}
