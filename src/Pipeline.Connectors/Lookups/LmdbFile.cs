namespace Pipeline.Connectors.Lookups;

/// <summary>An LMDB database that is open for reading. LMDB allows a process to have a file open once, so each file has one.</summary>
/// <remarks>Every question has a snapshot of its own: what another program has committed is seen at once, and no old snapshot keeps a file growing. One caller at a time.</remarks>
internal sealed class LmdbFile : IDisposable
{
    private readonly nint _environment;
    private readonly uint _database;

    private LmdbFile(nint environment, uint database) => (_environment, _database) = (environment, database);

    /// <returns>Null, and why it cannot be opened.</returns>
    public static (LmdbFile? File, string Problem) Open(string path)
    {
        if (Lmdb.EnvironmentCreate(out var environment) is var created && created != 0)
        {
            return (null, $"LMDB: Unable to create environment: {Lmdb.Text(created)}");
        }

        uint database = 0;
        if ((OpenEnvironment(environment, path) ?? OpenDatabase(environment, out database)) is not { } problem)
        {
            return (new LmdbFile(environment, database), "");
        }

        Lmdb.EnvironmentClose(environment);
        return (null, problem);
    }

    /// <returns>Null when the key is not there; with a problem, when that cannot be found out.</returns>
    public unsafe byte[]? Find(ReadOnlySpan<byte> key, out string? problem)
    {
        if (Begin(out var transaction) is var begun && begun != 0)
        {
            problem = $"LMDB: Unable to start transaction: {Lmdb.Text(begun)}";
            return null;
        }

        try
        {
            fixed (byte* octets = key)
            {
                var wanted = new Lmdb.Value { Size = (nuint)key.Length, Data = (nint)octets };
                var result = Lmdb.Get(transaction, _database, ref wanted, out var data);
                problem = result is 0 or Lmdb.NotFound ? null : $"LMDB: lookup error: {Lmdb.Text(result)}";
                return result == 0 ? new ReadOnlySpan<byte>((void*)data.Data, (int)data.Size).ToArray() : null;
            }
        }
        finally
        {
            Lmdb.TransactionAbort(transaction);
        }
    }

    public void Dispose() => Lmdb.EnvironmentClose(_environment);

    /// <summary>Another program has made the file larger than it was mapped: map it anew, as no snapshot is open here.</summary>
    private int Begin(out nint transaction)
    {
        var result = Lmdb.TransactionBegin(_environment, 0, Lmdb.ReadOnly, out transaction);
        if (result == Lmdb.MapResized && Lmdb.EnvironmentSetMapSize(_environment, 0) == 0)
        {
            result = Lmdb.TransactionBegin(_environment, 0, Lmdb.ReadOnly, out transaction);
        }

        return result;
    }

    private static string? OpenEnvironment(nint environment, string path) =>
        Lmdb.EnvironmentOpen(environment, path, Lmdb.NoSubdirectory | Lmdb.ReadOnly | Lmdb.NoThreadLocalStorage, Lmdb.FileMode) is var opened && opened != 0
            ? $"LMDB: Unable to open environment with {path}: {Lmdb.Text(opened)}"
            : null;

    private static string? OpenDatabase(nint environment, out uint database)
    {
        database = 0;
        if (Lmdb.TransactionBegin(environment, 0, Lmdb.ReadOnly, out var transaction) is var begun && begun != 0)
        {
            return $"LMDB: Unable to start transaction: {Lmdb.Text(begun)}";
        }

        var opened = Lmdb.DatabaseOpen(transaction, 0, 0, out database);
        Lmdb.TransactionAbort(transaction);
        return opened == 0 ? null : $"LMDB: Unable to open database: {Lmdb.Text(opened)}";
    }
}
