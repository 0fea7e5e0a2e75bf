using Pipeline.Connectors.Lookups;

namespace Pipeline.Connectors.Tests.Lookups;

/// <summary>A test that needs liblmdb and the program mdb_load; skipped, with the reason printed, where one is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LmdbFactAttribute : FactAttribute
{
    public LmdbFactAttribute()
    {
        if (!Lmdb.IsThere || !File.Exists(LmdbDatabase.Loader))
        {
            Skip = $"needs liblmdb0 and {LmdbDatabase.Loader}, which are not installed";
            Console.WriteLine($"skipped: {Skip}");
        }
    }
}
