namespace Pipeline.Storage.Ports.Cluster;

/// <summary>The versions of a form that a program deals with.</summary>
/// <remarks>Two programs can live side by side when each reads what the other writes, which is exactly when their ranges overlap.</remarks>
/// <param name="Lowest">The form that the program writes: who lives beside it must read it.</param>
/// <param name="Highest">The newest form that the program reads. It reads every earlier one too, since rows live longer than releases.</param>
public readonly record struct FormRange(int Lowest, int Highest)
{
    public bool Overlaps(FormRange other) => Lowest <= other.Highest && other.Lowest <= Highest;

    public override string ToString() => Lowest == Highest ? $"{Lowest}" : $"{Lowest}-{Highest}";
}
