using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Storage.Ports;

/// <summary>A file of a policy as it was when the policy was published.</summary>
/// <param name="Name">The path by which the configuration names it.</param>
/// <param name="Content">Null for a file that was looked for and was not there: it must not be there for any other node either.</param>
public sealed record PolicyFile(string Name, ReadOnlyMemory<byte>? Content);

/// <summary>A macro of the command line (<c>-DNAME=value</c>). Their order counts.</summary>
public sealed record PolicyMacro(string Name, string Value);

/// <summary>Everything of which a policy is compiled, so that it is the same policy on every node and after every restart.</summary>
/// <remarks>It has the secrets that the files have.</remarks>
public sealed class PolicyBundle
{
    public const int MaxFiles = 1_000;
    public const int MaxMacros = 1_000;

    /// <summary>Octets of all names, values and contents together.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private PolicyBundle(string main, ImmutableArray<PolicyMacro> macros, ImmutableArray<PolicyFile> files)
    {
        (Main, Macros, Files) = (main, macros, files);
        Digest = Convert.ToHexStringLower(ComputeDigest());
    }

    /// <summary>The name of the file that the others are included by.</summary>
    public string Main { get; }

    public ImmutableArray<PolicyMacro> Macros { get; }

    /// <summary>In the ordinal order of their names, each name once.</summary>
    public ImmutableArray<PolicyFile> Files { get; }

    /// <summary>SHA-256 over names, macros and contents, in hexadecimal digits: two bundles with the same one are the same policy.</summary>
    public string Digest { get; }

    /// <param name="problem">What is wrong with the parts when there is no bundle of them.</param>
    /// <returns>Null when the parts are too many or too large, or do not fit together.</returns>
    public static PolicyBundle? TryCreate(string main, IEnumerable<PolicyMacro> macros, IEnumerable<PolicyFile> files, out string problem)
    {
        ImmutableArray<PolicyMacro> definitions = [.. macros];
        ImmutableArray<PolicyFile> contents = [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)];
        problem = Check(main, definitions, contents) ?? "";
        return problem.Length == 0 ? new PolicyBundle(main, definitions, contents) : null;
    }

    private static string? Check(string main, ImmutableArray<PolicyMacro> macros, ImmutableArray<PolicyFile> files)
    {
        if (files.Length > MaxFiles)
        {
            return $"the configuration has {files.Length} files; at most {MaxFiles} can be published";
        }

        if (macros.Length > MaxMacros)
        {
            return $"the configuration has {macros.Length} macros on the command line; at most {MaxMacros} can be published";
        }

        if (!files.Any(file => file.Name == main && file.Content is not null))
        {
            return $"the main file {main} is not among the files";
        }

        long size = 0;
        for (var i = 0; i < files.Length; i++)
        {
            if (i > 0 && files[i].Name == files[i - 1].Name)
            {
                return $"{files[i].Name} is among the files twice";
            }

            size += files[i].Content?.Length ?? 0;
        }

        foreach (var text in files.Select(file => file.Name).Concat(macros.SelectMany<PolicyMacro, string>(macro => [macro.Name, macro.Value])))
        {
            if (!TryCount(text, out var octets))
            {
                return $"\"{text}\" is not text that can be written down";
            }

            size += octets;
        }

        return size > MaxBytes ? $"the configuration has {size} octets; at most {MaxBytes} can be published" : null;
    }

    private static bool TryCount(string text, out int octets)
    {
        try
        {
            octets = Strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            octets = 0;
            return false;
        }
    }

    /// <summary>Every part is preceded by its length, so that no two bundles feed the same octets.</summary>
    private byte[] ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Text(Main);
        Length(Macros.Length);
        foreach (var macro in Macros)
        {
            Text(macro.Name);
            Text(macro.Value);
        }

        Length(Files.Length);
        foreach (var file in Files)
        {
            Text(file.Name);
            if (file.Content is { } content)
            {
                Length(content.Length);
                hash.AppendData(content.Span);
            }
            else
            {
                Length(-1);
            }
        }

        return hash.GetHashAndReset();

        void Text(string text)
        {
            var octets = Strict.GetBytes(text);
            Length(octets.Length);
            hash.AppendData(octets);
        }

        void Length(int length)
        {
            Span<byte> octets = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(octets, length);
            hash.AppendData(octets);
        }
    }
}
