using Pipeline.Policy.Configuration;

namespace Pipeline.Policy.Expansion;

/// <summary>Something that a string uses and that this program has not.</summary>
/// <param name="Name">What it is, with its name: <c>lookup type "oracle"</c>.</param>
public sealed record UnavailablePart(string Name, Support Support)
{
    /// <summary>An item, condition or lookup type: coming to it fails the expansion.</summary>
    internal static UnavailablePart Failing(string name) => new(name, Support.RefusedWhenReached("the expansion fails there"));

    /// <summary>A variable that nothing sets.</summary>
    internal static UnavailablePart Variable(string name) => new($"variable \"${name}\"", Support.WithoutEffect("it is always empty"));
}
