using System.Text;

using Henge.Protocol;

namespace Henge.Commands.Server;

/// <summary>Writes one row of the command table as COMMAND INFO and COMMAND DOCS show it.</summary>
internal static class CommandDescription
{
    private static readonly (CommandFlags Flag, string Name)[] s_flagNames =
    [
        (CommandFlags.Write, "write"),
        (CommandFlags.ReadOnly, "readonly"),
        (CommandFlags.DenyOom, "denyoom"),
        (CommandFlags.Admin, "admin"),
        (CommandFlags.PubSub, "pubsub"),
        (CommandFlags.NoMulti, "no_multi"),
        (CommandFlags.NoAuth, "no_auth"),
        (CommandFlags.Fast, "fast"),
        (CommandFlags.MovableKeys, "movablekeys"),
        (CommandFlags.Blocking, "blocking"),
    ];

    /// <summary>The ten elements of COMMAND INFO; null for no command.</summary>
    public static void WriteInfo(RespWriter reply, Command? command)
    {
        if (command is null)
        {
            reply.Null();
            return;
        }
        KeyPositions keys = new(command.FirstKey, command.LastKey, command.KeyStep);
        reply.Array(10);
        reply.Bulk(command.Name.ToLowerInvariant());
        reply.Integer(command.Arity);
        WriteFlags(reply, command);
        reply.Integer(keys.First);
        reply.Integer(keys.Last);
        reply.Integer(keys.Step);
        List<string> categories = CategoriesOf(command);
        reply.Set(categories.Count);
        foreach (string category in categories)
        {
            reply.SimpleString(Encoding.ASCII.GetBytes("@" + category));
        }
        reply.Set(0);
        WriteKeySpecification(reply, command, keys);
        if (command.Subcommands.Count == 0)
        {
            reply.Set(0);
            return;
        }
        reply.Array(command.Subcommands.Count);
        foreach (Command subcommand in command.Subcommands)
        {
            WriteInfo(reply, subcommand);
        }
    }

    /// <summary>The name and the documentation of COMMAND DOCS.</summary>
    public static void WriteDocumentation(RespWriter reply, Command command)
    {
        reply.Bulk(command.Name.ToLowerInvariant());
        reply.Map(command.Subcommands.Count == 0 ? 3 : 4);
        reply.Bulk("summary"u8);
        reply.Bulk(command.Summary);
        reply.Bulk("since"u8);
        reply.Bulk(command.Since);
        reply.Bulk("group"u8);
        reply.Bulk(command.Group);
        if (command.Subcommands.Count != 0)
        {
            reply.Bulk("subcommands"u8);
            reply.Map(command.Subcommands.Count);
            foreach (Command subcommand in command.Subcommands)
            {
                WriteDocumentation(reply, subcommand);
            }
        }
    }

    /// <summary>What is done to a key, in the words of key specifications.</summary>
    public static void WriteKeyFlags(RespWriter reply, Command command)
    {
        if ((command.Flags & CommandFlags.PubSub) != 0)
        {
            reply.Set(1);
            reply.SimpleString("not_key"u8);
            return;
        }
        bool writes = (command.Flags & CommandFlags.Write) != 0;
        reply.Set(2);
        reply.SimpleString(writes ? "RW"u8 : "RO"u8);
        reply.SimpleString(writes ? "update"u8 : "access"u8);
    }

    /// <summary>The categories of access control that Redis would put the command in.</summary>
    public static List<string> CategoriesOf(Command command)
    {
        var categories = new List<string>();
        CommandFlags flags = command.Flags;
        Add((flags & CommandFlags.Write) != 0, "write");
        Add((flags & CommandFlags.ReadOnly) != 0 && command.Group is not ("server" or "connection"), "read");
        string? byGroup = command.Group switch
        {
            "generic" => "keyspace",
            "transactions" => "transaction",
            "string" or "hash" or "bitmap" or "connection" => command.Group,
            _ => null,
        };
        Add(byGroup is not null, byGroup ?? "");
        Add((flags & CommandFlags.Admin) != 0, "admin");
        bool isDangerous = (flags & CommandFlags.Admin) != 0
            || command.Name is "FLUSHALL" or "FLUSHDB" or "KEYS" or "INFO" or "ROLE";
        Add(isDangerous, "dangerous");
        Add((flags & CommandFlags.PubSub) != 0, "pubsub");
        Add((flags & CommandFlags.Blocking) != 0, "blocking");
        categories.Add((flags & CommandFlags.Fast) != 0 ? "fast" : "slow");
        return categories;

        void Add(bool belongs, string category)
        {
            if (belongs)
            {
                categories.Add(category);
            }
        }
    }

    private static void WriteFlags(RespWriter reply, Command command)
    {
        int count = 0;
        foreach ((CommandFlags flag, _) in s_flagNames)
        {
            count += (command.Flags & flag) != 0 ? 1 : 0;
        }
        reply.Set(count);
        foreach ((CommandFlags flag, string name) in s_flagNames)
        {
            if ((command.Flags & flag) != 0)
            {
                reply.SimpleString(Encoding.ASCII.GetBytes(name));
            }
        }
    }

    private static void WriteKeySpecification(RespWriter reply, Command command, KeyPositions keys)
    {
        if (keys.First == 0)
        {
            reply.Set(0);
            return;
        }
        reply.Set(1);
        reply.Map(3);
        reply.Bulk("flags"u8);
        WriteKeyFlags(reply, command);
        reply.Bulk("begin_search"u8);
        reply.Map(2);
        reply.Bulk("type"u8);
        reply.Bulk("index"u8);
        reply.Bulk("spec"u8);
        reply.Map(1);
        reply.Bulk("index"u8);
        reply.Integer(keys.First);
        reply.Bulk("find_keys"u8);
        reply.Map(2);
        reply.Bulk("type"u8);
        reply.Bulk("range"u8);
        reply.Bulk("spec"u8);
        reply.Map(3);
        reply.Bulk("lastkey"u8);
        reply.Integer(keys.Last < 0 ? keys.Last : keys.Last - keys.First);
        reply.Bulk("keystep"u8);
        reply.Integer(keys.Step);
        reply.Bulk("limit"u8);
        reply.Integer(0);
    }
}
