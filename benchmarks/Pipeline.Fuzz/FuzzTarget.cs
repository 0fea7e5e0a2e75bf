namespace Pipeline.Fuzz;

/// <summary>A parser under test: it may refuse any input, but must come back, soon, without an exception.</summary>
/// <param name="Name">The word that selects it on the command line.</param>
/// <param name="Seeds">Inputs that it accepts; everything else is made from them and from chance.</param>
/// <param name="AllocationFactor">Bytes it may allocate for each byte of input, on top of a fixed allowance.</param>
internal sealed record FuzzTarget(string Name, FuzzBody Body, byte[][] Seeds, int AllocationFactor = 64);

/// <summary>One call of the parser.</summary>
internal delegate void FuzzBody(ReadOnlySpan<byte> input);
