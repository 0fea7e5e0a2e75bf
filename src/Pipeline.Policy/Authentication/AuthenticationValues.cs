using Pipeline.Policy.Expansion;

namespace Pipeline.Policy.Authentication;

/// <summary>$auth1 to $auth4: what the exchange under way has brought, a server what the client sent, a client what the server asked.</summary>
/// <param name="transient">Gets the same values as $1 and so on, by which old configurations ask for them.</param>
public sealed class AuthenticationValues(TransientValues transient)
{
    /// <summary>How many there are; what comes beyond is dropped (Exim specification, "The plaintext authenticator").</summary>
    public const int Count = 4;

    private readonly List<string> _values = new(Count);

    /// <summary>The value, or empty.</summary>
    /// <param name="number">From 1 on.</param>
    public string this[int number] => number <= _values.Count ? _values[number - 1] : "";

    /// <summary>Another value behind those that are there.</summary>
    public void Add(string value) => Set([.. _values, value]);

    /// <summary>Puts values in the place of those that are there.</summary>
    public void Set(params ReadOnlySpan<string> values)
    {
        string[] kept = [.. values[..Math.Min(values.Length, Count)]];
        _values.Clear();
        _values.AddRange(kept);
        transient.Numeric = NumericValues.FromPeer(["", .. kept]);
    }
}
