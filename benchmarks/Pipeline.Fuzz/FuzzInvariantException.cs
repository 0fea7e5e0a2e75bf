namespace Pipeline.Fuzz;

/// <summary>A target came back with a result that cannot be.</summary>
internal sealed class FuzzInvariantException(string what) : Exception($"does not hold: {what}");
