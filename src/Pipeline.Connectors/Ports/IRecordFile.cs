namespace Pipeline.Connectors.Ports;

/// <summary>Adds records to text files that other programs, and other nodes, add to as well.</summary>
public interface IRecordFile
{
    /// <summary>Adds a record behind the end of a file, whole and in one piece; the file is made when there is none.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write it.</exception>
    ValueTask AppendAsync(string path, ReadOnlyMemory<byte> record, CancellationToken cancellationToken);
}
