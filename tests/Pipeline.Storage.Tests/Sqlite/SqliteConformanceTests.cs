using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Storage.Ports;
using Pipeline.Storage.Sqlite;
using Pipeline.Storage.Tests.Conformance;

namespace Pipeline.Storage.Tests.Sqlite;

public sealed class SqliteConformanceTests : MessageStoreConformance
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spool-test-").FullName;

    private protected override async Task<IMessageStore> OpenAsync(TimeProvider time, string node = "node-a") => await SqliteMessageStore.OpenAsync(
        new SqliteStoreOptions { Directory = _folder, TimeProvider = time }, NullLogger.Instance, default);

    private protected override Task CleanUpAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }
}
