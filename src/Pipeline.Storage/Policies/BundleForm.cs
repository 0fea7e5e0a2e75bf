using System.Text.Json;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Policies;

/// <summary>Writes and reads the stored form of bundles.</summary>
internal static class BundleForm
{
    private const int Version = 1;

    public static byte[] Write(PolicyBundle bundle) => JsonSerializer.SerializeToUtf8Bytes(Document(bundle), PolicyJsonContext.Default.BundleDocument);

    public static BundleDocument Document(PolicyBundle bundle) => new(
        Version,
        bundle.Main,
        [.. bundle.Macros.Select(macro => new MacroDocument(macro.Name, macro.Value))],
        [.. bundle.Files.Select(file => new FileDocument(file.Name, file.Content is { } content ? Convert.ToBase64String(content.Span) : null))]);

    /// <param name="digest">What the bundle must have.</param>
    /// <exception cref="InvalidDataException">It is not what was written, or a later version wrote it.</exception>
    public static PolicyBundle Read(ReadOnlySpan<byte> form, int number, string digest)
    {
        try
        {
            return Read(JsonSerializer.Deserialize(form, PolicyJsonContext.Default.BundleDocument), number, digest);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"policy {number} is damaged: {error.Message}", error);
        }
    }

    /// <inheritdoc cref="Read(ReadOnlySpan{byte}, int, string)"/>
    public static PolicyBundle Read(BundleDocument? document, int number, string digest)
    {
        if (document is { V: > Version })
        {
            throw new InvalidDataException($"policy {number} is stored in form {document.V}; this version reads {Version}");
        }

        if (document is not { Main: not null, Macros: not null, Files: not null }
            || Array.Exists(document.Macros, macro => macro is not { Name: not null, Value: not null })
            || Array.Exists(document.Files, file => file is not { Name: not null }))
        {
            throw new InvalidDataException($"policy {number} is damaged: parts are missing");
        }

        var bundle = PolicyBundle.TryCreate(
            document.Main,
            document.Macros.Select(macro => new PolicyMacro(macro.Name, macro.Value)),
            document.Files.Select(file => file.Content is null ? new PolicyFile(file.Name, null) : new PolicyFile(file.Name, Octets(file.Content))),
            out var problem);
        return bundle is null ? throw new InvalidDataException($"policy {number} is damaged: {problem}")
            : bundle.Digest == digest ? bundle
            : throw new InvalidDataException($"policy {number} is damaged: its digest is {bundle.Digest} instead of {digest}");
    }

    /// <summary>What is no base64 becomes nothing, which the digest tells.</summary>
    private static byte[] Octets(string content)
    {
        var octets = new byte[content.Length];
        return Convert.TryFromBase64String(content, octets, out var length) ? octets[..length] : [];
    }
}
