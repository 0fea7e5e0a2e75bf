namespace Pipeline.Connectors.Ports;

/// <summary>A password or private key: never printed by accident, since every record prints its members.</summary>
public readonly record struct Secret(string? Value)
{
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    public override string ToString() => IsEmpty ? "" : "***";
}
