import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, LogOut } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { signIn, signOut, token } from '@/api/session';
import mark from '@/design/mark.svg';
import { Button, IconButton } from '@/ui/button';
import { Field, TextInput } from '@/ui/field';
import styles from './sign-in.module.css';

export function SignIn() {
  const [value, setValue] = useState('');
  const client = useQueryClient();
  // A token that is kept although this screen is shown is one that the server has just refused.
  const refused = token() !== null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value.trim() === '') return;
    client.clear();
    signIn(value.trim());
  };
  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit}>
        <div className={styles.head}>
          <img src={mark} alt="" />
          <h1>Sign in to Headwater</h1>
        </div>
        <Field
          label="Token"
          fault={refused && 'The server does not know this token. It may have been replaced.'}
          help="From the file that the server was started with, or from whoever runs it. It is kept until this tab is closed."
        >
          {(ids) => (
            <TextInput
              {...ids}
              type="password"
              autoComplete="current-password"
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" look="primary" icon={KeyRound}>
          Sign in
        </Button>
      </form>
    </main>
  );
}

export function SignOutButton() {
  const client = useQueryClient();
  const leave = () => {
    signOut();
    client.clear();
  };
  return <IconButton icon={LogOut} label="Sign out" onClick={leave} />;
}
