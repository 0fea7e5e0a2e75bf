namespace Pipeline.Storage.Postgres.Database;

/// <summary>What schema a database has.</summary>
/// <param name="Version">The number of its last migration; 0 when there is no schema yet.</param>
/// <param name="Form">The stored form that a program must read to work on it.</param>
internal readonly record struct SchemaState(int Version, int Form);
