namespace Pipeline.Fuzz;

/// <summary>A parser under test: it may refuse any input, but must come back, soon, without an exception.</summary>
/// <param name="Name">The word that selects it on the command line.</param>
/// <param name="Seeds">Inputs that it accepts; everything else is made from them and from chance.</param>
/// <param name="AllocationFactor">Bytes it may allocate for each byte of input, on top of the allowance.</param>
/// <param name="AllocationAllowance">Bytes it may allocate for any input.</param>
internal sealed record FuzzTarget(string Name, FuzzBody Body, byte[][] Seeds, int AllocationFactor = 64, int AllocationAllowance = 64 * 1024);

/// <summary>One call of the parser.</summary>
internal delegate void FuzzBody(ReadOnlySpan<byte> input);
