using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Storage.Bodies;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Policies;

/// <summary>The policies of a node that is alone: <c>NNNNNN.json</c> in a folder of its store, each with its bundle.</summary>
/// <remarks>
/// One process writes, the one that holds the store; others may read at the same time, since a file is renamed into its place when it is complete and durable.
/// The files have the secrets of the configuration, so only the owner can read them. The oldest are deleted when there are more than <see cref="MaxKept"/>.
/// </remarks>
public sealed class FilePolicyRegistry : IPolicyRegistry
{
    /// <summary>Numbers that are kept: far more than the changes of configuration during the life of a message.</summary>
    public const int MaxKept = 1_000;

    private const string StateFile = "node.state";
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly SpoolFiles _files = new();
    private readonly SemaphoreSlim _publishing = new(1);
    private readonly SemaphoreSlim _hint = new(0, 1);

    /// <param name="folder">Made when the first policy is published.</param>
    public FilePolicyRegistry(string folder, TimeProvider time) => (_folder, _time) = (folder, time);

    /// <summary>Where the policies of a node are, within its store directory.</summary>
    public static string FolderOf(string storeDirectory) => Path.Combine(storeDirectory, "policies");

    public async Task<PublishOutcome> PublishAsync(PolicyPublication publication, CancellationToken cancellationToken)
    {
        await _publishing.WaitAsync(cancellationToken);
        try
        {
            var last = LastNumber();
            var current = last == 0 ? null : ReadDocument(last) is { } document ? RecordOf(document) : null;
            if (PublicationRules.Refuse(publication, current) is { } refusal)
            {
                return refusal;
            }

            var record = new PolicyRecord(
                last + 1, publication.Bundle.Digest, _time.GetUtcNow(), publication.By, publication.Note, publication.RestoredFrom);
            await WriteAsync(
                FileOf(record.Number),
                new PolicyDocument(
                    record.Number, record.Digest, record.At, record.By, record.Note, record.RestoredFrom, BundleForm.Document(publication.Bundle)),
                PolicyJsonContext.Default.PolicyDocument,
                cancellationToken);
            File.Delete(FileOf(record.Number - MaxKept));
            Wake();
            return new PublishOutcome.Published(record);
        }
        catch (Exception error) when (error is (IOException or UnauthorizedAccessException) and not PolicyRegistryException)
        {
            throw Unreachable(error);
        }
        finally
        {
            _publishing.Release();
        }
    }

    public Task<int> ReadCurrentNumberAsync(CancellationToken cancellationToken) => Task.FromResult(LastNumber());

    public Task<PublishedPolicy?> ReadAsync(int number, CancellationToken cancellationToken) => Task.FromResult(
        ReadDocument(number) is { } document
            ? new PublishedPolicy(RecordOf(document), BundleForm.Read(document.Bundle, number, document.Digest))
            : null);

    public Task<ImmutableArray<PolicyRecord>> ReadHistoryAsync(int limit, CancellationToken cancellationToken) => Task.FromResult<ImmutableArray<PolicyRecord>>(
        [.. Numbers().OrderDescending().Take(limit).Select(number => ReadDocument(number)).OfType<PolicyDocument>().Select(RecordOf)]);

    public Task WaitForHintAsync(TimeSpan atMost, CancellationToken cancellationToken) => WaitAsync(atMost, cancellationToken);

    public Task ReportAsync(NodePolicy state, CancellationToken cancellationToken) => WriteAsync(
        Path.Combine(_folder, StateFile),
        new NodePolicyDocument(state.Node, state.Epoch, state.Number, state.Wanted, state.Problem, state.At),
        PolicyJsonContext.Default.NodePolicyDocument,
        cancellationToken);

    public Task WithdrawAsync(string node, long epoch, CancellationToken cancellationToken)
    {
        if (Read(Path.Combine(_folder, StateFile), PolicyJsonContext.Default.NodePolicyDocument) is { } state && state.Node == node && state.Epoch == epoch)
        {
            File.Delete(Path.Combine(_folder, StateFile));
        }

        return Task.CompletedTask;
    }

    public Task<ImmutableArray<NodePolicy>> ReadNodesAsync(CancellationToken cancellationToken) => Task.FromResult<ImmutableArray<NodePolicy>>(
        Read(Path.Combine(_folder, StateFile), PolicyJsonContext.Default.NodePolicyDocument) is { } state
            ? [new NodePolicy(state.Node, state.Epoch, state.Number, state.Wanted, state.Problem, state.At)]
            : []);

    public ValueTask DisposeAsync()
    {
        _publishing.Dispose();
        _hint.Dispose();
        return ValueTask.CompletedTask;
    }

    private static PolicyRecord RecordOf(PolicyDocument document) =>
        new(document.Number, document.Digest, document.At, document.By, document.Note, document.RestoredFrom);

    private PolicyRegistryException Unreachable(Exception error) => new($"{_folder}: {error.Message}", error);

    private async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var time = Task.Delay(atMost, _time, over.Token);
        var hint = _hint.WaitAsync(over.Token);
        await Task.WhenAny(time, hint);
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Wake()
    {
        if (_hint.CurrentCount == 0)
        {
            _hint.Release();
        }
    }

    private string FileOf(int number) => Path.Combine(_folder, number.ToString("D6", CultureInfo.InvariantCulture) + ".json");

    private int LastNumber() => Numbers().DefaultIfEmpty().Max();

    private IEnumerable<int> Numbers()
    {
        if (!Directory.Exists(_folder))
        {
            yield break;
        }

        foreach (var file in Directory.EnumerateFiles(_folder, "*.json"))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                yield return number;
            }
        }
    }

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    private PolicyDocument? ReadDocument(int number)
    {
        var document = Read(FileOf(number), PolicyJsonContext.Default.PolicyDocument);
        return document is null || (document.Number == number && document is { Digest: not null, By: not null, Bundle: not null })
            ? document
            : throw new InvalidDataException($"policy {number} is damaged: {FileOf(number)}");
    }

    private T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} is damaged: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreachable(error);
        }
    }

    private async Task WriteAsync<T>(string path, T document, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                throw new PlatformNotSupportedException("the spool is durable on Linux only");
            }

            Directory.CreateDirectory(_folder, OnlyOwner | UnixFileMode.UserExecute);
            var unfinished = path + ".new";
            File.Delete(unfinished);
            using (var file = _files.Create(unfinished))
            {
                File.SetUnixFileMode(file, OnlyOwner);
                await _files.WriteAsync(file, JsonSerializer.SerializeToUtf8Bytes(document, type), 0, cancellationToken);
                _files.Sync(file);
            }

            File.Move(unfinished, path, overwrite: true);
            _files.SyncDirectory(_folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreachable(error);
        }
    }
}
